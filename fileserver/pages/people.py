"""People in the console: the brand's clinics and who owns each relation, and the viewers who work there."""

ROUTES = ()
