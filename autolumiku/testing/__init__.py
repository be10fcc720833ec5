"""What tests and benchmarks share: a showroom on a stage; gateway and model are doubles on the wire."""
