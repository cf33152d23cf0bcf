"""obsei takes posts from a file into its store, with no analysis; run by ingest.py with obsei's own Python.

Its own pipeline, JSON Lines source and DuckDB store, in the batch size of Dengar's worker. It also redacts and encrypts
unless told not to; both are left out here, which only makes it faster.
"""

import json
import resource
import sys
import time
from pathlib import Path

from obsei.config import build_context, build_pipeline, parse_config  # type: ignore[import-not-found]
from obsei.pipeline import run  # type: ignore[import-not-found]
from obsei.store import Store  # type: ignore[import-not-found]

CONFIG = """
pipelines:
  - name: bench
    batch_size: 500
    sources:
      - key: posts
        type: jsonl
        config: {{path: {path}, fields: {{author: author, context: [channel, lat, lon]}}}}
privacy: {{redact: false}}
"""


def main(posts: str, database: str) -> None:
    """Print how many posts were stored, in how many seconds of the clock and of the processor."""
    config = parse_config(CONFIG.format(path=posts))
    with build_context(config) as context, Store(Path(database), allow_unencrypted=True) as store:
        pipeline = build_pipeline(config, "bench", context)
        wall, cpu = time.perf_counter(), time.process_time()
        report = run(pipeline, store)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"posts": report.stored, "wall": wall, "cpu": cpu, "peak_mb": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
