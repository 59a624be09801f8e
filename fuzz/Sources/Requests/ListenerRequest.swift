../../ ../ Sources / HTTPServer / ListenerRequest.swift
