{{/* The pod, the same in a Deployment and a StatefulSet. */}}
{{- define "exporter.pod" -}}
metadata:
  labels:
    {{- include "exporter.labels" (list . .Values.podLabels) | nindent 4 }}
  annotations:
    {{- if not (or .Values.demo .Values.existingConfigMap) }}
    # A changed configuration starts new pods. Changed Secrets need no restart.
    checksum/config: {{ toYaml .Values.config | sha256sum }}
    {{- end }}
    kubectl.kubernetes.io/default-container: exporter
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "exporter.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  # The exporter exits within 5 seconds.
  terminationGracePeriodSeconds: 10
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- with default (ternary "ClusterFirstWithHostNet" "" .Values.hostNetwork) .Values.dnsPolicy }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- with .Values.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.podSecurityContext }}
  # `fsGroup` lets only the exporter read the files of Secrets.
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: exporter
      image: {{ include "exporter.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        {{- if .Values.demo }}
        - demo
        {{- else }}
        - serve
        - --config.file=/etc/dataarts-fabric-exporter/config.yaml
        {{- if gt (int .Values.shards) 1 }}
        - --shard=auto/{{ int .Values.shards }}
        {{- end }}
        {{- end }}
        - --web.listen-address=:9942
        # Plain HTTP for probes, even if the other port uses TLS and passwords.
        - --web.health-listen-address=:9943
        {{- if .Values.web.existingSecret }}
        - --web.config.file=/etc/dataarts-fabric-exporter-web/web.yaml
        {{- end }}
        - --log.level={{ .Values.log.level }}
        - --log.format={{ .Values.log.format }}
        {{- with .Values.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- if or (gt (int .Values.shards) 1) .Values.extraEnv }}
      env:
        {{- if gt (int .Values.shards) 1 }}
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        {{- end }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
      ports:
        - name: http
          containerPort: 9942
        - name: health
          containerPort: 9943
      livenessProbe:
        httpGet:
          path: /-/healthy
          port: health
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 3
      # 503 until every workspace has been polled once, successfully or not; at most two intervals.
      readinessProbe:
        httpGet:
          path: /-/ready
          port: health
        periodSeconds: 5
        timeoutSeconds: 3
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      {{- $volumes := or (not .Values.demo) .Values.web.existingSecret .Values.extraVolumeMounts }}
      {{- if $volumes }}
      volumeMounts:
        {{- if not .Values.demo }}
        - name: config
          mountPath: /etc/dataarts-fabric-exporter
          readOnly: true
        {{- if include "exporter.secretName" . }}
        - name: secret
          mountPath: /run/secrets/fabric
          readOnly: true
        {{- end }}
        {{- end }}
        {{- if .Values.web.existingSecret }}
        - name: web
          mountPath: /etc/dataarts-fabric-exporter-web
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if or $volumes .Values.extraVolumes }}
  volumes:
    {{- if not .Values.demo }}
    - name: config
      configMap:
        name: {{ include "exporter.configMapName" . }}
    {{- with include "exporter.secretName" . }}
    - name: secret
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- end }}
    {{- with .Values.web.existingSecret }}
    - name: web
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
{{- end }}
