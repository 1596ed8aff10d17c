package run

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Config is what can be set from outside. Everything has a default that works on one machine.
type Config struct {
	// Listen is where the gateway listens.
	Listen string
	// PublicURL is how browsers reach the gateway, for links and cookies; empty follows Listen.
	PublicURL string
	// OwnerEmail and OwnerPassword make the owner's account at the first start, instead of the
	// set-up link.
	OwnerEmail, OwnerPassword string
	// OIDCIssuer is the URL of the OpenID Connect provider that people may sign in with; empty is none.
	OIDCIssuer string
	// OIDCClientID and OIDCClientSecret are what the provider knows the platform by.
	OIDCClientID, OIDCClientSecret string
	// OIDCName is what people call the provider.
	OIDCName string
	// LogReplicas is how many servers of a NATS cluster keep each log; zero leaves the logs as they are.
	LogReplicas int
}

// FromEnv takes what the environment says, and keeps the rest.
func (c Config) FromEnv() (Config, error) {
	for name, field := range map[string]*string{
		"AFTERGLOW_LISTEN":             &c.Listen,
		"AFTERGLOW_PUBLIC_URL":         &c.PublicURL,
		"AFTERGLOW_OWNER_EMAIL":        &c.OwnerEmail,
		"AFTERGLOW_OWNER_PASSWORD":     &c.OwnerPassword,
		"AFTERGLOW_OIDC_ISSUER":        &c.OIDCIssuer,
		"AFTERGLOW_OIDC_CLIENT_ID":     &c.OIDCClientID,
		"AFTERGLOW_OIDC_CLIENT_SECRET": &c.OIDCClientSecret,
		"AFTERGLOW_OIDC_NAME":          &c.OIDCName,
	} {
		value, err := Env(name)
		if err != nil {
			return c, err
		}
		if value != "" {
			*field = value
		}
	}
	replicas, err := Env("AFTERGLOW_LOG_REPLICAS")
	if err != nil {
		return c, err
	}
	if replicas != "" {
		if c.LogReplicas, err = strconv.Atoi(replicas); err != nil || !slices.Contains([]int{1, 3, 5}, c.LogReplicas) {
			return c, fmt.Errorf("AFTERGLOW_LOG_REPLICAS is %q: set 1, or 3 or 5 for as many servers of a NATS cluster", replicas)
		}
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return c, fmt.Errorf("AFTERGLOW_PUBLIC_URL: %q is no URL such as https://stream.example", c.PublicURL)
		}
		c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	}
	if (c.OwnerEmail == "") != (c.OwnerPassword == "") {
		return c, fmt.Errorf("AFTERGLOW_OWNER_EMAIL and AFTERGLOW_OWNER_PASSWORD go together: set both, or neither and use the set-up link")
	}
	if (c.OIDCIssuer == "") != (c.OIDCClientID == "") {
		return c, fmt.Errorf("AFTERGLOW_OIDC_ISSUER and AFTERGLOW_OIDC_CLIENT_ID go together: set both, or neither")
	}
	if u, err := url.Parse(c.OIDCIssuer); c.OIDCIssuer != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return c, fmt.Errorf("AFTERGLOW_OIDC_ISSUER: %q is no URL such as https://id.example", c.OIDCIssuer)
	}
	if c.OIDCIssuer != "" && c.OIDCName == "" {
		c.OIDCName = "single sign-on"
	}
	return c, nil
}

// URL is how a browser on this machine reaches the gateway.
func (c Config) URL() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	host := c.Listen
	for _, any := range []string{"0.0.0.0:", "[::]:", ":"} {
		if port, ok := strings.CutPrefix(host, any); ok {
			host = "127.0.0.1:" + port
		}
	}
	return "http://" + host
}

// Env reads a variable, or the file that <name>_FILE points to, as containers hand out secrets.
func Env(name string) (string, error) {
	if path := os.Getenv(name + "_FILE"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("%s_FILE: %w", name, err)
		}
		return strings.TrimSpace(string(data)), nil
	}
	return os.Getenv(name), nil
}
