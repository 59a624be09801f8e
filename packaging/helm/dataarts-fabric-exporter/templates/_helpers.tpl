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
{{- if and .Values.demo (or .Values.config .Values.existingConfigMap) }}
{{- fail (printf "demo and %s are both set; the demo has simulated data only: set only one of them" (ternary "config" "existingConfigMap" (not .Values.existingConfigMap))) }}
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
{{- range $name := list "serviceMonitor" "podMonitor" }}
{{- $monitor := get $.Values $name }}
{{- if and $monitor.enabled (gt (include "exporter.milliseconds" $monitor.scrapeTimeout | int64) (include "exporter.milliseconds" $monitor.interval | int64)) }}
{{- fail (printf "%s.scrapeTimeout %s is longer than %s.interval %s, and the Operator would ignore the monitor; set it to at most the interval" $name $monitor.scrapeTimeout $name $monitor.interval) }}
{{- end }}
{{- end }}
{{- include "exporter.checkFiles" . }}
{{- end }}

{{/* Fails if the configuration names a file that the pod cannot have: not in the Secret, not in the image, not in volumes of its own. */}}
{{- define "exporter.checkFiles" -}}
{{- if not .Values.extraVolumeMounts }}
{{- range regexFindAll "\"[a-z_]+_file\":\"[^\"]+\"" (toJson .Values.config) -1 }}
{{- $path := regexReplaceAll "^.*:\"|\"$" . "" }}
{{- $file := trimPrefix "/run/secrets/fabric/" $path }}
{{- if or (hasPrefix "/etc/" $path) (contains "${" $path) }}
{{- else if eq $file $path }}
{{- fail (printf "config names the file %s, which is not in the pod: name a key of the Secret as /run/secrets/fabric/KEY, or set extraVolumes and extraVolumeMounts" $path) }}
{{- else if not (include "exporter.secretName" $) }}
{{- fail (printf "config names the file %s, but there is no Secret: set secret.existingName, or for a test secret.files" $path) }}
{{- else if and $.Values.secret.files (not (hasKey $.Values.secret.files $file)) }}
{{- fail (printf "config names the file %s, but secret.files has only %s" $path (keys $.Values.secret.files | sortAlpha | join ", ")) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A duration such as 1m30s in milliseconds. */}}
{{- define "exporter.milliseconds" -}}
{{- $total := 0 }}
{{- range regexFindAll "[0-9]+(ms|[smhd])" . -1 }}
{{- $factor := get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000) (regexFind "[a-z]+$" .) }}
{{- $total = add $total (mul (regexFind "^[0-9]+" . | atoi) $factor) }}
{{- end }}
{{- $total }}
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
