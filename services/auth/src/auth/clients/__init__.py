"""The vendors' identity services, each in its own words; answers come back typed, refusals as our errors."""
