pytest_plugins = ["gradgate.plugin"]
