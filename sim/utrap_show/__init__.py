"""What the project shows in words and pictures: explanations, timelines, and the names of things."""
