"""Two invented showrooms to try the product with: their stock, people and past chats, and the processes around them.

Names, numbers (62812000000xx), addresses, cars and conversations are made up here; prices follow from a car's class
and age. The same seed gives the same demo every time.
"""
