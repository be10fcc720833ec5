"""The inbox: where people see who waits for them, take chats over, answer, and give them back.

door.py says who comes in; folders.py finds chats; pulse.py tells open pages that something changed; views.py are the
pages. Everything is an ordinary page that works without a script; htmx only spares reloading.
"""
