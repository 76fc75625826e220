"""Traces: an auditor brings a leaked thing and learns whose copy it is, how sure that is, or that nothing is.

The suspect comes in as one request's body, is hashed, and kept under `traces/` for a time that the configuration says.
Nothing here parses it: a worker has it drawn in a confined process (`compliance.tracing`). Pictures leave through the
sealed exit. The order of events: `employee:trace:create` with the suspect's SHA-256 before anything is looked at,
`system:trace:end` with the outcome, `employee:trace:read` each time somebody is shown whom it names.
"""
