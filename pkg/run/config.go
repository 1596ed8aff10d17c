package run

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is what can be set from outside. Everything has a default that works on one machine.
type Config struct {
	// Listen is where the gateway listens.
	Listen string
	// PublicURL is how browsers reach the gateway, for links and cookies; empty follows Listen.
	PublicURL string
	// MediaURL is the address of a CDN in front of the gateway, which the segments of published streams
	// are fetched from; empty is none.
	MediaURL string
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
	// SpriteInterval is how far apart the small pictures are that people seek by; zero follows the
	// length of the clip.
	SpriteInterval time.Duration
	// UploadLimit is how large a file may be that is sent, in bytes; zero is as large as the object store takes.
	UploadLimit int64
	// DropSources removes the file that was sent once its clip can be played without it.
	DropSources bool
	// Twitch is how Twitch is reached.
	Twitch Twitch
	// ChatRetention is how long chat and activity are kept.
	ChatRetention time.Duration
	// MarkRoles may set markers from the chat: broadcaster, moderator, vip, subscriber or everyone; none
	// given is the first two.
	MarkRoles []string
	// SecretKey encrypts the secrets that are kept, 32 bytes; it is the same for every process.
	SecretKey []byte
}

// FromEnv takes what the environment says, and keeps the rest.
func (c Config) FromEnv() (Config, error) {
	for name, field := range map[string]*string{
		"AFTERGLOW_LISTEN":             &c.Listen,
		"AFTERGLOW_PUBLIC_URL":         &c.PublicURL,
		"AFTERGLOW_MEDIA_URL":          &c.MediaURL,
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
	if c.UploadLimit, err = sizeFrom("AFTERGLOW_UPLOAD_LIMIT", c.UploadLimit); err != nil {
		return c, err
	}
	if c.SpriteInterval, err = spriteInterval(c.SpriteInterval); err != nil {
		return c, err
	}
	if c.DropSources, err = dropSources(c.DropSources); err != nil {
		return c, err
	}
	if c.ChatRetention, err = chatRetention(c.ChatRetention); err != nil {
		return c, err
	}
	if c.MarkRoles, err = markRoles(c.MarkRoles); err != nil {
		return c, err
	}
	if c.Twitch, err = twitchFrom(c.Twitch); err != nil {
		return c, err
	}
	if c.SecretKey, err = secretKey(c.SecretKey); err != nil {
		return c, err
	}
	if c.PublicURL, err = siteURL("AFTERGLOW_PUBLIC_URL", c.PublicURL, "https://stream.example"); err != nil {
		return c, err
	}
	if c.MediaURL, err = siteURL("AFTERGLOW_MEDIA_URL", c.MediaURL, "https://cdn.example"); err != nil {
		return c, err
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

// siteURL is an address without a slash at its end; an empty one stays empty.
func siteURL(name, value, example string) (string, error) {
	u, err := url.Parse(value)
	if value != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("%s: %q is no URL such as %s", name, value, example)
	}
	return strings.TrimSuffix(value, "/"), nil
}

// spriteInterval is what AFTERGLOW_SPRITE_INTERVAL says.
func spriteInterval(otherwise time.Duration) (time.Duration, error) {
	text, err := Env("AFTERGLOW_SPRITE_INTERVAL")
	if err != nil || text == "" {
		return otherwise, err
	}
	every, err := time.ParseDuration(text)
	if err != nil || every < 100*time.Millisecond || every > time.Hour {
		return 0, fmt.Errorf("AFTERGLOW_SPRITE_INTERVAL is %q: set a time from 100ms to 1h, such as 5s", text)
	}
	return every, nil
}

// chatRetention is what AFTERGLOW_CHAT_RETENTION says.
func chatRetention(otherwise time.Duration) (time.Duration, error) {
	text, err := Env("AFTERGLOW_CHAT_RETENTION")
	if err != nil || text == "" {
		return cmp.Or(otherwise, 30*day), err
	}
	number, isDays := strings.CutSuffix(text, "d")
	days, err := strconv.Atoi(number)
	if err != nil || !isDays || days < 1 || days > 3650 {
		return 0, fmt.Errorf("AFTERGLOW_CHAT_RETENTION is %q: set a number of days from 1d to 3650d, such as 30d", text)
	}
	return time.Duration(days) * day, nil
}

const day = 24 * time.Hour

// dropSources is what AFTERGLOW_SOURCES says.
func dropSources(otherwise bool) (bool, error) {
	text, err := Env("AFTERGLOW_SOURCES")
	switch {
	case err != nil || text == "":
		return otherwise, err
	case text != "keep" && text != "drop":
		return false, fmt.Errorf("AFTERGLOW_SOURCES is %q: set keep, or drop to remove the files that were sent once they can be played", text)
	}
	return text == "drop", nil
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
