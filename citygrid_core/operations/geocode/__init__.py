"""Jobs on places and addresses: the gazetteer, matching, review, calibration, datum."""
