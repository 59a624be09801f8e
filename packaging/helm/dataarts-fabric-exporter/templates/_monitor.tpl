{{/* The metadata of an object of the Operator, from its values: they may set labels and another namespace. */}}
{{- define "exporter.operatorMetadata" -}}
name: {{ include "exporter.fullname" .root }}
namespace: {{ default .root.Release.Namespace .values.namespace }}
labels:
  {{- include "exporter.labels" (list .root .values.additionalLabels) | nindent 2 }}
{{- end }}

{{/* What both monitors select, and the limit. */}}
{{- define "exporter.monitorSpec" -}}
{{- if and .values.namespace (ne .values.namespace .root.Release.Namespace) }}
namespaceSelector:
  matchNames: [{{ .root.Release.Namespace }}]
{{- end }}
selector:
  matchLabels:
    {{- include "exporter.selector" .root | nindent 4 }}
{{- with int .values.sampleLimit }}
sampleLimit: {{ . }}
{{- end }}
{{- end }}

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
    {{- with .relabelings }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
