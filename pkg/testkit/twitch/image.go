package twitch

import (
	"fmt"
	"hash/fnv"
	"html"
	"net/http"
	"strings"
)

// colour is always the same for a name.
func colour(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	return fmt.Sprintf("hsl(%d 65%% 45%%)", h.Sum32()%360)
}

// drawing answers a picture with one or two letters on a shape; any page may show it.
func drawing(w http.ResponseWriter, width, height int, shape, name, letters string) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"><g fill="%s">%s</g>`+
		`<text x="50%%" y="50%%" dominant-baseline="central" text-anchor="middle" font-family="sans-serif" font-weight="bold" font-size="%d" fill="#fff">%s</text></svg>`,
		width, height, width, height, colour(name), shape, min(width, height)*5/8, html.EscapeString(letters))
}

// scales are the widths of emotes by their name in the path.
var scales = map[string]int{"1.0": 28, "2.0": 56, "3.0": 112}

func (s *Server) emoteImage(w http.ResponseWriter, r *http.Request) {
	size, ok := scales[r.PathValue("scale")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	id, letter := r.PathValue("id"), ":)"
	for name, emote := range emotes {
		if emote.ID == id {
			letter = strings.TrimPrefix(name, "ours")[:1]
		}
	}
	half := size / 2
	drawing(w, size, size, fmt.Sprintf(`<circle cx="%d" cy="%d" r="%d"/>`, half, half, half), id, letter)
}

func (s *Server) badgeImage(w http.ResponseWriter, r *http.Request) {
	size, ok := map[string]int{"1": 18, "2": 36, "3": 72}[r.PathValue("scale")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	id := r.PathValue("id")
	drawing(w, size, size, fmt.Sprintf(`<rect width="%d" height="%d" rx="%d"/>`, size, size, size/6), id, strings.ToUpper(id[:1]))
}

func (s *Server) boxArt(w http.ResponseWriter, r *http.Request) {
	id, _, _ := strings.Cut(r.PathValue("id"), "-")
	letter := "?"
	if c := category(id); c.ID != "" {
		letter = c.Name[:1]
	}
	drawing(w, 104, 144, `<rect width="104" height="144"/>`, id, letter)
}

func (s *Server) userPicture(w http.ResponseWriter, r *http.Request) {
	login, _, _ := strings.Cut(r.PathValue("id"), "-")
	drawing(w, 300, 300, `<rect width="300" height="300"/>`, login, strings.ToUpper(login[:min(1, len(login))]))
}

func (s *Server) preview(w http.ResponseWriter, r *http.Request) {
	drawing(w, 640, 360, `<rect width="640" height="360"/>`, r.PathValue("id"), "LIVE")
}
