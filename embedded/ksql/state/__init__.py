"""What operators hold: in memory as long as it fits, then on disk, and no operator notices."""
