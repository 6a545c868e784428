"""The engine's queries at work on Kafka: exactly once, recovered after a crash, shared by instances.

Every transaction holds the output records of what was read, and a journal record that says what was read
and in which order. A task's state is a function of that order, so a restarted instance takes the last
snapshot and reads the same records in the same order again, without writing anything. The committed offsets
of each query's consumer group follow after the transaction: they tell how far a query is, and never decide
where it goes on.
"""
