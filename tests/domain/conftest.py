from hypothesis import settings

# The same examples in every run, and few enough not to be waited for.
settings.register_profile("domain", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("domain")
