"""Who runs when: devices, queues, caches and figures."""
