"""The simulators: which are installed, what is built for them, the processes that run them."""
