"""Save files for GTKWave: the words that stand for values, and what shows the first difference."""
