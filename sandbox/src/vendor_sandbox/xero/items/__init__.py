"""Items: products and services of the price list."""
