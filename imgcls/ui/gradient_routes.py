def routes_part():
    pass
