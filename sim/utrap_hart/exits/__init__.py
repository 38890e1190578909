"""What an emulated device access costs on the hart: measured on every device and path, and shown."""
