"""The main job, step by step, through the pages alone."""
