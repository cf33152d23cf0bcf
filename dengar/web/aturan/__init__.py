"""The pages of the routing rules: what decides, a trial of a change, and which rules there were."""
