package drift

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// externalURLs are the addresses that an Ingress or a load balancer Service
// has been given, sorted, as Argo CD derives them for status.summary.
func externalURLs(obj *unstructured.Unstructured) []string {
	var urls []string
	switch gvk := obj.GroupVersionKind(); {
	case gvk.Group == "" && gvk.Kind == "Service":
		for _, host := range balancers(obj) {
			urls = append(urls, "http://"+host)
		}
	case gvk.Group == "networking.k8s.io" && gvk.Kind == "Ingress":
		urls = ingressURLs(obj)
	}
	slices.Sort(urls)
	return slices.Compact(urls)
}

// balancers are host names and addresses in status.loadBalancer.ingress.
func balancers(obj *unstructured.Unstructured) []string {
	var hosts []string
	entries, _, _ := unstructured.NestedSlice(obj.Object, "status", "loadBalancer", "ingress")
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		for _, name := range []string{"hostname", "ip"} {
			if host, _ := fields[name].(string); host != "" {
				hosts = append(hosts, host)
				break
			}
		}
	}
	return hosts
}

func ingressURLs(obj *unstructured.Unstructured) []string {
	secure := map[string]bool{}
	tls, _, _ := unstructured.NestedSlice(obj.Object, "spec", "tls")
	for _, entry := range tls {
		fields, _ := entry.(map[string]any)
		hosts, _, _ := unstructured.NestedStringSlice(fields, "hosts")
		for _, host := range hosts {
			secure[host] = true
		}
	}
	var urls []string
	rules, _, _ := unstructured.NestedSlice(obj.Object, "spec", "rules")
	for _, rule := range rules {
		fields, _ := rule.(map[string]any)
		hosts := []string{}
		if host, _ := fields["host"].(string); host != "" {
			hosts = append(hosts, host)
		} else {
			hosts = balancers(obj)
		}
		for _, host := range hosts {
			scheme := "http"
			if secure[host] {
				scheme = "https"
			}
			urls = append(urls, ruleURLs(scheme, host, fields)...)
		}
	}
	return urls
}

func ruleURLs(scheme, host string, rule map[string]any) []string {
	paths, _, _ := unstructured.NestedSlice(rule, "http", "paths")
	if len(paths) == 0 {
		return []string{fmt.Sprintf("%s://%s/", scheme, host)}
	}
	var urls []string
	for _, entry := range paths {
		fields, _ := entry.(map[string]any)
		path, _ := fields["path"].(string)
		if path == "" {
			path = "/"
		}
		urls = append(urls, scheme+"://"+host+path)
	}
	return urls
}
