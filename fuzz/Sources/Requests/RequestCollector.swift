../../ ../ Sources / HTTPServer / RequestCollector.swift
