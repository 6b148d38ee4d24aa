"""Has the parser and the compiler run out of their stack. Due: all."""

for source in ("(" * 100000, "-" * 200000 + "1", "a" + ".a" * 100000, "[" * 5000 + "]" * 5000):
    try:
        compile(source, "nested", "exec")
    except (SyntaxError, MemoryError, RecursionError, ValueError):
        pass
