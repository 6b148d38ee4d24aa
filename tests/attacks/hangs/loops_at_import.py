"""Never ends being imported. Due: nothing."""

while True:
    pass
