"""NumPy's ways of turning something into an array and of copying it are replaced."""

import numpy as np

seen = []
for name in ("asarray", "array", "ascontiguousarray", "frombuffer"):
    own = getattr(np, name)

    def noted(*given, own=own, **named):
        seen.append(given)
        return own(*given, **named)

    setattr(np, name, noted)
