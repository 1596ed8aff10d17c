package run

import (
	"fmt"
	"net/url"
	"os"
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
}

// FromEnv takes what the environment says, and keeps the rest.
func (c Config) FromEnv() (Config, error) {
	for name, field := range map[string]*string{
		"AFTERGLOW_LISTEN":         &c.Listen,
		"AFTERGLOW_PUBLIC_URL":     &c.PublicURL,
		"AFTERGLOW_OWNER_EMAIL":    &c.OwnerEmail,
		"AFTERGLOW_OWNER_PASSWORD": &c.OwnerPassword,
	} {
		value, err := Env(name)
		if err != nil {
			return c, err
		}
		if value != "" {
			*field = value
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
