package health

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func claim(o object) v1alpha1.HealthStatus {
	switch phase := o.text("status", "phase"); phase {
	case "Bound":
		return healthy("")
	case "Lost":
		return degraded("the volume of the claim is lost")
	case "", "Pending":
		return progressing("claim is not bound yet")
	default:
		return unknown(fmt.Sprintf("claim phase is %s", phase))
	}
}

func service(o object) v1alpha1.HealthStatus {
	if o.text("spec", "type") == "LoadBalancer" && len(o.list("status", "loadBalancer", "ingress")) == 0 {
		return progressing("waiting for the load balancer")
	}
	return healthy("")
}

func ingress(o object) v1alpha1.HealthStatus {
	if len(o.list("status", "loadBalancer", "ingress")) == 0 {
		return progressing("waiting for the ingress controller to give an address")
	}
	return healthy("")
}

func autoscaler(o object) v1alpha1.HealthStatus {
	for _, c := range o.list("status", "conditions") {
		reason := c.text("reason")
		if c.text("status") == "False" && (strings.HasPrefix(reason, "Failed") || strings.HasPrefix(reason, "Invalid")) {
			return degraded(c.text("message"))
		}
	}
	for _, kind := range []string{"ScalingActive", "AbleToScale", "ScalingLimited"} {
		if c := o.condition(kind); c.status == "True" {
			return healthy(c.message)
		}
	}
	return progressing("waiting for the autoscaler")
}

func apiService(o object) v1alpha1.HealthStatus {
	switch c := o.condition("Available"); c.status {
	case "True":
		return healthy(c.message)
	case "":
		return progressing("waiting for the API service to be looked at")
	default:
		return progressing(strings.TrimSuffix(c.reason+": "+c.message, ": "))
	}
}

func definition(o object) v1alpha1.HealthStatus {
	if c := o.condition("NamesAccepted"); c.status == "False" {
		return degraded("names are not accepted: " + c.message)
	}
	switch c := o.condition("Established"); {
	case c.status == "True":
		return healthy("")
	case c.status == "False" && c.reason != "Installing" && c.reason != "NotAccepted":
		return degraded("not established: " + c.message)
	}
	return progressing("waiting for the definition to be established")
}
