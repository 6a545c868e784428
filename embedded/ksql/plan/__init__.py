"""From syntax trees to steps: what a query does, without how it is done."""
