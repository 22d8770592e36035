"""The sandbox's own API under /_control, for tests, the demo and operators. No vendor has it."""
