"""Descriptions of a configuration in the formats that other tools read; nothing here needs a hardware language."""
