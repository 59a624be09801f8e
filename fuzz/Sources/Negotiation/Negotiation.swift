../../ ../ Sources / WebServer / Negotiation.swift
