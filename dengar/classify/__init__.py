"""Says what a text is about: category, complaint or not, urgency, sentiment.

Classifier.load(folder).label(texts)      model.py: a trained model, on the hot path
train(folder, seed=0)                     train.py: corpus/ to a trained model, at build time
"""

from dengar.classify.model import Classifier

__all__ = ["Classifier"]
