"""Every job of the core as a Processing algorithm: toolbox, models, batches and `qgis_process`."""
