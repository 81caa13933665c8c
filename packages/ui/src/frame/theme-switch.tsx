import { Segmented } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { useThemeChoice } from "../theme.ts";

export function ThemeSwitch() {
  const [choice, choose] = useThemeChoice();
  return (
    <Segmented
      label="Theme"
      value={choice}
      onChange={choose}
      options={[
        { value: "system", name: "Theme of the system", label: <Icon name="monitor" className="size-3.5" /> },
        { value: "light", name: "Light theme", label: <Icon name="sun" className="size-3.5" /> },
        { value: "dark", name: "Dark theme", label: <Icon name="moon" className="size-3.5" /> },
      ]}
    />
  );
}
