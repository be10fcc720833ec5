"""Kills the real processes at chosen and at random moments, under load, and proves that nothing was lost or doubled.

    python manage.py faults --kills 300 --seed 7        # the long form: a table, and 0 as exit status when all holds

A PostgreSQL of its own, gunicorn and two workers run as in production; the gateway and the model are doubles on the
wire that fail in every way known of the real ones. points.py names the moments, house.py runs the processes, wires.py
is the outside world, traffic.py the customers, story.py what happens when, proof.py what must hold afterwards.
"""
