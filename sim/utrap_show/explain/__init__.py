"""What the golden model decides about one event, and why, as data and as text.

`request` turns names and numbers into a state and an event, `answer` asks the
model, `show` prints. No decision is made here: every reason is one that the
model's own branch returned, and what is written is what its own code wrote.
"""
