"""Every setting by its name."""

from __future__ import annotations

from gradgate.equations import calculus, cbow, counting, pairs, trees, windows
from gradgate.equations.setting import Setting

SETTINGS: dict[str, Setting] = {
    setting.name: setting for family in (pairs, windows, cbow, trees, calculus, counting) for setting in family.SETTINGS
}
