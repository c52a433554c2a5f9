"""A complete Leadkeep instance on loopback: certificates, store, daemon, WhatsApp simulator, agents.

The quickstart runs it for a person, the functional tests for themselves.
"""
