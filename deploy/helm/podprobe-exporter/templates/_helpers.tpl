{{- define "podprobe-exporter.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "podprobe-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- /* Of what the pods are made of, too: nothing that changes with the chart's version alone. */ -}}
{{- define "podprobe-exporter.podLabels" -}}
{{ include "podprobe-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: exporter
app.kubernetes.io/part-of: podprobe
{{- end -}}

{{- define "podprobe-exporter.labels" -}}
{{ include "podprobe-exporter.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "podprobe-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "podprobe-exporter.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "podprobe-exporter.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- /* The exporter-toolkit file; empty where there is none. */ -}}
{{- define "podprobe-exporter.webConfig" -}}
{{- $config := deepCopy .Values.webConfig -}}
{{- if .Values.webTls.enabled -}}
{{- $tls := dict "cert_file" "/etc/podprobe-web-tls/tls.crt" "key_file" "/etc/podprobe-web-tls/tls.key" -}}
{{- $config = merge $config (dict "tls_server_config" $tls) -}}
{{- end -}}
{{- if $config -}}
{{- toYaml $config -}}
{{- end -}}
{{- end -}}

{{- /* What the container sees; `podprobe-exporter check` in it sees the same. */ -}}
{{- define "podprobe-exporter.env" -}}
# The kubelet is asked at https://$NODE_IP:10250, an IPv6 address in brackets.
- name: NODE_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
- name: NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
{{- if .Values.kubelet.insecureSkipVerify }}
- name: PODPROBE_KUBELET_INSECURE_SKIP_VERIFY
  value: "true"
{{- end }}
{{- if ne .Values.pods.from "kubelet" }}
- name: PODPROBE_SOURCES_PODS_FROM
  value: {{ .Values.pods.from }}
{{- end }}
{{- if .Values.config }}
- name: PODPROBE_CONFIG_FILE
  value: /etc/podprobe/podprobe.yml
{{- end }}
{{- end -}}

{{- define "podprobe-exporter.volumeMounts" -}}
- name: kubelet-access
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- if .Values.config }}
- name: config
  mountPath: /etc/podprobe
  readOnly: true
{{- end }}
{{- end -}}

{{- define "podprobe-exporter.volumes" -}}
# What a pod gets by itself, but with a token that is good for an hour instead of a year.
- name: kubelet-access
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3600
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
{{- if .Values.config }}
- name: config
  configMap:
    name: {{ include "podprobe-exporter.fullname" . }}-config
{{- end }}
{{- end -}}
