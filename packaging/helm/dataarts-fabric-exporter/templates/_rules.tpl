{{/* The groups of rules without disabled alerts, with the labels of alerts and the thresholds in the values. */}}
{{- define "exporter.groups" -}}
{{- $values := .values }}
{{- $groups := list }}
{{- range $group := .groups }}
{{- $rules := list }}
{{- range $rule := $group.rules }}
{{- if not (has $rule.alert $values.disabledAlerts) }}
{{- if $rule.alert }}
{{- $_ := set $rule "labels" (merge (dict) (default dict $rule.labels) $values.additionalAlertLabels) }}
{{- end }}
{{- $rules = append $rules $rule }}
{{- end }}
{{- end }}
{{- if eq $group.name "dataarts-fabric.thresholds" }}
{{- $rules = concat $rules (include "exporter.thresholds" $values | fromYamlArray) }}
{{- end }}
{{- if $rules }}
{{- $groups = append $groups (set $group "rules" $rules) }}
{{- end }}
{{- end }}
{{- toYaml $groups }}
{{- end }}

{{/* One rule for each threshold. A series without the label `default` replaces the default. */}}
{{- define "exporter.thresholds" -}}
{{- $rules := list }}
{{- range $name, $thresholds := .thresholds }}
{{- $seen := list }}
{{- range $threshold := $thresholds }}
{{- $labels := omit $threshold "value" }}
{{- if has $labels $seen }}
{{- fail (printf "prometheusRule.thresholds.%s has two values for %s; remove one of them" $name (empty $labels | ternary "no labels" (toJson $labels))) }}
{{- end }}
{{- $seen = append $seen $labels }}
{{- $rule := dict "record" (printf "dataarts_fabric:%s:threshold" $name) "expr" (printf "vector(%s)" (toJson $threshold.value)) }}
{{- if $labels }}
{{- $_ := set $rule "labels" $labels }}
{{- end }}
{{- $rules = append $rules $rule }}
{{- end }}
{{- end }}
{{- toYaml $rules }}
{{- end }}
