{{/* The scrape settings, from the values of the monitor. */}}
{{- define "exporter.scrape" -}}
- port: http
  path: /metrics
  interval: {{ .interval }}
  scrapeTimeout: {{ .scrapeTimeout }}
  {{- if ne .scheme "http" }}
  scheme: {{ .scheme }}
  {{- end }}
  {{- with .tlsConfig }}
  tlsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .basicAuth }}
  basicAuth:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  relabelings:
    # The alerts expect this job name, regardless of the release's name.
    - targetLabel: job
      replacement: dataarts-fabric
{{- end }}
