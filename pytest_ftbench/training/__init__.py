"""Training files: what a model was or will be fine-tuned on, read, made and checked."""
