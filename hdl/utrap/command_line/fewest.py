"""A configuration as the options choose it, with the fewest settings: for whoever has no file of it."""

from __future__ import annotations

from dataclasses import fields

from utrap.config import PRESETS, PROFILES, Config, as_setting

__all__ = ["configuration_words", "fewest_settings"]


def fewest_settings(config: Config) -> tuple[str, tuple[str, ...]]:
    """Return the profile that is nearest to a configuration, and the settings that make it of that: KEY=VALUE each."""
    names = [field.name for field in fields(Config) if field.name != "xlen"]
    found: list[tuple[str, tuple[str, ...]]] = []
    for profile in (*PROFILES, *(name for name, widths in PRESETS.items() if config.xlen in widths)):
        like = Config.profile(profile, config.xlen)
        changed = (name for name in names if getattr(like, name) != getattr(config, name))
        found.append((profile, tuple(f"{name}={as_setting(getattr(config, name))}" for name in changed)))
    return min(found, key=lambda choice: len(choice[1]))


def configuration_words(config: Config) -> list[str]:
    """Return --profile, --xlen and --set as they choose a configuration."""
    profile, settings = fewest_settings(config)
    words = ["--profile", profile, "--xlen", str(config.xlen)]
    return words + [word for setting in settings for word in ("--set", setting)]
