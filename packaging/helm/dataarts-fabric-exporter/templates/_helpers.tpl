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

{{/* The labels of the test's pod, which the Service must not select. */}}
{{- define "exporter.testSelector" -}}
app.kubernetes.io/name: {{ printf "%s-test" (include "exporter.name" . | trunc 58) }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The labels of an object: of the chart, of the object, which is the second argument, and of all objects. */}}
{{- define "exporter.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 }}
{{ include "exporter.selector" $root }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- with merge (dict) (default dict (index . 1)) $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "exporter.metadata" -}}
name: {{ include "exporter.fullname" . }}
{{ include "exporter.place" . }}
{{- end }}

{{/* The metadata of an object except its name. */}}
{{- define "exporter.place" -}}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "exporter.labels" (list . dict) | nindent 2 }}
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

{{/* The ConfigMap with the configuration. */}}
{{- define "exporter.configMapName" -}}
{{- default (include "exporter.fullname" .) .Values.existingConfigMap }}
{{- end }}

{{/* Fails on contradictory values before anything is applied. */}}
{{- define "exporter.check" -}}
{{- if and .Values.existingConfigMap .Values.config }}
{{- fail "config and existingConfigMap are both set; set only one of them" }}
{{- end }}
{{- if not (or .Values.demo .Values.existingConfigMap .Values.config.sources) }}
{{- fail "config.sources is missing: set the sources to poll (docs/configuration.md), existingConfigMap, or demo: true to run with simulated data" }}
{{- end }}
{{- include "exporter.checkService" . }}
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

{{- define "exporter.checkService" -}}
{{- $service := .Values.service }}
{{- if and (gt (int .Values.shards) 1) (ne $service.type "ClusterIP") }}
{{- fail (printf "service.type %s is for one shard: the Service of shards is headless; set ClusterIP" $service.type) }}
{{- end }}
{{- if and $service.nodePort (eq $service.type "ClusterIP") }}
{{- fail "service.nodePort needs service.type NodePort or LoadBalancer" }}
{{- end }}
{{- if and $service.externalTrafficPolicy (eq $service.type "ClusterIP") }}
{{- fail "service.externalTrafficPolicy needs service.type NodePort or LoadBalancer" }}
{{- end }}
{{- if and (or $service.loadBalancerIP $service.loadBalancerClass $service.loadBalancerSourceRanges) (ne $service.type "LoadBalancer") }}
{{- fail "service.loadBalancerIP, loadBalancerClass and loadBalancerSourceRanges need service.type LoadBalancer" }}
{{- end }}
{{- if and .Values.ingress.enabled (gt (int .Values.shards) 1) }}
{{- fail "ingress is for one shard: it would lead to an arbitrary shard" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts is missing: set at least one host" }}
{{- end }}
{{- end }}
