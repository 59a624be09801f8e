{{- define "exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* At most 52 characters: pods of a StatefulSet have a label with its name and a hash of up to 11. */}}
{{- define "exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "exporter.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "exporter.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Shards need a headless Service. An existing Service cannot become headless, so it has another name. */}}
{{- define "exporter.serviceName" -}}
{{- include "exporter.fullname" . }}{{ if gt (int .Values.shards) 1 }}-shards{{ end }}
{{- end }}

{{- define "exporter.selector" -}}
app.kubernetes.io/name: {{ include "exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "exporter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{ include "exporter.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "exporter.metadata" -}}
name: {{ include "exporter.fullname" . }}
{{ include "exporter.place" . }}
{{- end }}

{{/* The metadata of an object except its name. */}}
{{- define "exporter.place" -}}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "exporter.labels" . | nindent 2 }}
{{- end }}

{{- define "exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "exporter.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}
{{- end }}

{{/* The Secret whose keys are files in /run/secrets/fabric; empty if there is no Secret. */}}
{{- define "exporter.secretName" -}}
{{- if .Values.secret.existingName }}
{{- .Values.secret.existingName }}
{{- else if .Values.secret.files }}
{{- include "exporter.fullname" . }}
{{- end }}
{{- end }}

{{/* Replaces the address of the runbooks in a text: by runbookUrl, or by the address of the Service in the cluster. */}}
{{- define "exporter.withRunbooks" -}}
{{- $service := printf "http://%s.%s:%v/runbooks" (include "exporter.serviceName" .root) .root.Release.Namespace .root.Values.service.port }}
{{- $address := default $service (trimSuffix "/" .root.Values.prometheusRule.runbookUrl) }}
{{- replace "http://dataarts-fabric-exporter:9942/runbooks/" (printf "%s/" $address) .text }}
{{- end }}

{{/* Fails on contradictory values before anything is applied. */}}
{{- define "exporter.check" -}}
{{- if not (or .Values.demo .Values.config.sources) }}
{{- fail "config.sources is missing: set the sources to poll (docs/configuration.md), or demo: true to run with simulated data" }}
{{- end }}
{{- if and (gt (int .Values.shards) 1) (gt (int .Values.replicas) 1) }}
{{- fail "replicas is for one shard; for two exporters per shard install the chart twice" }}
{{- end }}
{{- if and .Values.demo (gt (int .Values.shards) 1) }}
{{- fail "the demo does not support shards; set shards: 1" }}
{{- end }}
{{- if and .Values.secret.existingName .Values.secret.files }}
{{- fail "secret.existingName and secret.files are both set; set only one of them" }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}
{{- fail "serviceMonitor and podMonitor are both enabled and would scrape every pod twice; enable only one of them" }}
{{- end }}
{{- end }}
