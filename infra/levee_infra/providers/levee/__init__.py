"""The levee provider: resources of regulated log streams that no other plugin offers."""
